"""What tests are told with: the grammar of the specification, ledgers, clients and registers."""
