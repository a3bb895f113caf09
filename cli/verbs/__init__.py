"""One file for each verb of `./hub`, loaded when it is called."""
