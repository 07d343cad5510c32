"""Eight people side by side: a number for compiled kernels that holds one value of each of them (`number`)."""
