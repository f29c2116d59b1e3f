"""Which Postroom this is: the one place that says so. The command line has the same."""

VERSION = "0.1.0"
