"""Making many reports: what is due, what changed, the run, and what it leaves to be seen."""
