"""Growth and escape of clones from serial sequencing and from phylogenies."""
