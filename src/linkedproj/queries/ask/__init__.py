"""Who answers a question: files in memory, a store on disk, or an endpoint elsewhere."""
