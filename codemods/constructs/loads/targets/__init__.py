"""What loads become with ``--to``, beside decorated functions: for each target, what fits and how it is written."""
