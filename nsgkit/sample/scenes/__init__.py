"""What happens on the network, scene by scene: the connections of each, and the facts that it plants."""
