"""What the program asks of the machine: sorting more than memory holds, and work in processes of its own."""
