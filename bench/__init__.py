"""The benchmarks: what Postroom does, beside what its users would take instead. README.md says how one is written."""
