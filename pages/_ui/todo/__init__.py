"""The parts of the To do page: to-dos, rules, playbooks, the digest."""
