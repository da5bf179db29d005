"""What people do in a workspace, and who may: the parts of `Workspace`."""
