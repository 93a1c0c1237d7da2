"""Where a legacy resource is built, derived from or configured."""
