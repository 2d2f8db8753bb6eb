"""`qctl reconcile`: an agent that keeps an account equal to a folder or a repository."""
