"""Inside a network: passes forward and back, Fisher matrices, and the products that never form one."""

__all__: list[str] = []
