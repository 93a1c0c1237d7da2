"""When code runs: what is done before a statement of a module, and what may be done after it."""
