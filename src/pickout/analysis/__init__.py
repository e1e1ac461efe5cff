"""What is worked out once per picture and serves everything: superpixels, graph, merge tree."""
