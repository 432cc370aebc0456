"""What the claims of speed are measured with; one command: python -m benchmarks."""
