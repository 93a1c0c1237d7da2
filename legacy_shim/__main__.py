"""``python -m legacy_shim``: every command of the project, as ``legacy-shim`` has them."""

if __name__ == "__main__":
    from legacy_shim.start import leave_out_working_folder

    leave_out_working_folder()
    import sys
    from importlib import import_module

    from legacy_shim.environment import COMMANDS, main

    if sys.argv[1:2] and sys.argv[1] in COMMANDS:  # these need nothing but the standard library
        sys.exit(main(sys.argv[1:]))
    import_module("legacy_shim.codemods.commands.cli").main("python -m legacy_shim")
