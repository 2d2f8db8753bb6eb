"""Where people review plans: GitHub and GitLab. Comments, labels and issues, nothing else."""
