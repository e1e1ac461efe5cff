"""What is measured once per picture and used by all: superpixels, their graph, the merge tree."""
