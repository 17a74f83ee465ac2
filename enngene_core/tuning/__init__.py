"""A search for the network and learning rate that suit a dataset."""
