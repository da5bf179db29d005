"""What leaves the app as a file: tables now, whole pages later."""
