"""Where runs execute; one file per engine, each with `execute(function, tasks, workers, done)`."""
