"""How a chart becomes a posterior: who rebuilt the marrow, what is left, what comes next."""
