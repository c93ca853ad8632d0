"""What several families share in finding their maximum of the likelihood."""
