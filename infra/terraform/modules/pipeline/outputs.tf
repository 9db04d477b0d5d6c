output "deploy_role_arn" {
  description = "For the workflow that deploys."
  value       = aws_iam_role.deploy.arn
}
