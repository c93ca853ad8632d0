"""What several families share in finding their maximum of the likelihood."""

__all__: list[str] = []
