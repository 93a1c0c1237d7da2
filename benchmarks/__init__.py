"""Measurements, side by side in one run. They print ratios, since seconds depend on the machine; they are no tests."""
