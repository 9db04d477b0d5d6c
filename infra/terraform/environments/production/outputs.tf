output "address" {
  value = "https://${var.domain}"
}

output "cluster_arn" {
  description = "For roles.sql."
  value       = module.database.cluster_arn
}

output "master_secret_arn" {
  description = "For roles.sql."
  value       = module.database.master_secret_arn
}

output "secrets" {
  description = "To be filled first: auth by hand, the others by a rotation."
  value = {
    auth     = module.app.auth_secret_arn
    cache    = module.cache.secret_arn
    database = module.database.secret_arn
  }
}

output "deploy_role_arn" {
  description = "DEPLOY_ROLE of the GitHub environment."
  value       = module.pipeline.deploy_role_arn
}

output "dashboard" {
  value = module.observability.dashboard
}
