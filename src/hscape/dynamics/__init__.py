"""How it unfolds: stem-cell kernels, the blood integrator and the loop over time."""
