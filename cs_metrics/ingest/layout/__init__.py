"""Where in the cells the table lies: headers, notes and totals, tables below and beside one another."""
