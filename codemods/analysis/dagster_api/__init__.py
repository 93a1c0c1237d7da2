"""What Dagster's decorators and collectors do with the code."""
