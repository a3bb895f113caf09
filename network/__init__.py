"""The one model of a network, and its readers. Pure: nothing here opens a file or asks anybody."""
