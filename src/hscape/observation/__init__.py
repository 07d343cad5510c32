"""How a history becomes a chart: visits, assays, noise and what is never seen."""
