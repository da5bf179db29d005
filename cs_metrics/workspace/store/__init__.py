"""Where what is kept lies: the folder, the versions' files and the SQL database, each opened and changed safely."""
