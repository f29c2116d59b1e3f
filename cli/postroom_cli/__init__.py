"""The command line of Postroom: a client of its HTTPS API, and of nothing else."""
