"""What blood formation is: cells, feedback and rates; no chance, no files."""
