"""The answers of a sweep: yearly rows of each task, decision quantities, sensitivity, discovery and robustness."""
