"""Reports: the only place that starts kernels, writes outputs, or reads the clock."""
