"""Facts about genes and chromosomes, apart from the simulator and the clinical rules."""
