locals {
  name = "valiant-staging"
  # Known before the services exist, so that earlier resources can reference them.
  services = ["exchange", "gateway"]
  ca_file  = "/certificates/rds.pem"
  log_days = 14
  gateway  = { cpu = 512, memory = 1024, min = 2, max = 3 }
  exchange = { cpu = 1024, memory = 2048, count = 2 }
}

module "network" {
  source = "../../modules/network"

  name      = local.name
  cidr      = "10.20.0.0/16"
  nat_zones = 1
  log_days  = local.log_days
}

module "database" {
  source = "../../modules/database"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.data_subnet_ids
  instance_class      = "db.serverless"
  serverless          = { min = 1, max = 4 }
  readers             = 1
  backup_days         = 3
  deletion_protection = false
  ca_file             = local.ca_file
  logs_key_arn        = module.network.logs_key_arn
  log_days            = local.log_days
  cluster             = local.name
  services            = local.services
}

module "cache" {
  source = "../../modules/cache"

  name         = local.name
  vpc_id       = module.network.vpc_id
  subnet_ids   = module.network.data_subnet_ids
  node_type    = "cache.t4g.small"
  replicas     = 1
  logs_key_arn = module.network.logs_key_arn
  log_days     = local.log_days
  cluster      = local.name
  services     = local.services
}

module "app" {
  source = "../../modules/app"

  name                = local.name
  image               = var.image
  registry_secret_arn = var.registry_secret_arn
  environment         = "staging"
  sentry_secret_arn   = var.sentry_secret_arn
  domain              = var.domain
  route53_zone_id     = var.route53_zone_id
  vpc_id              = module.network.vpc_id
  public_subnet_ids   = module.network.public_subnet_ids
  app_subnet_ids      = module.network.app_subnet_ids
  gateway             = local.gateway
  exchange            = local.exchange
  bake_minutes        = 2
  logs_bucket         = module.network.logs_bucket
  logs_key_arn        = module.network.logs_key_arn
  log_days            = local.log_days
  ca_file             = local.ca_file
  alarms_topic_arn    = module.observability.topic_arn
  deletion_protection = false

  database = {
    security_group_id = module.database.security_group_id
    secret_arn        = module.database.secret_arn
    key_arn           = module.database.key_arn
  }

  cache = {
    security_group_id = module.cache.security_group_id
    secret_arn        = module.cache.secret_arn
    key_arn           = module.cache.key_arn
  }
}

module "observability" {
  source = "../../modules/observability"

  name               = local.name
  emails             = var.alarm_emails
  run_book           = "https://github.com/${var.github_repository}/blob/main/docs/operations"
  logs_key_arn       = module.network.logs_key_arn
  cache_node_ids     = module.cache.node_ids
  rotation_functions = [module.database.rotation_function, module.cache.rotation_function]

  database = {
    cluster_id      = module.database.cluster_id
    memory_gib      = 8
    connections_max = 400
  }

  app = {
    cluster_name     = module.app.cluster_name
    gateway_service  = module.app.gateway_service
    exchange_service = module.app.exchange_service
    load_balancer    = module.app.load_balancer
    target_groups    = module.app.target_groups
    web_acl          = module.app.web_acl
    certificate_arn  = module.app.certificate_arn
    gateway_min      = local.gateway.min
    gateway_max      = local.gateway.max
    exchange_count   = local.exchange.count
    exchange_cpu     = local.exchange.cpu
  }
}

module "pipeline" {
  source = "../../modules/pipeline"

  name         = local.name
  repository   = var.github_repository
  environment  = "staging"
  cluster_name = local.name
  services     = local.services
  role_arns    = module.app.role_arns
}
