# One image, two services: gateways serve people and bots, exchanges lead the market or stand by.

data "aws_region" "here" {}

locals {
  port                   = 3000
  health                 = { interval = 5, unhealthy = 2 }
  deregistration_seconds = 5

  settings = merge({
    PORT          = tostring(local.port)
    PUBLIC_ORIGIN = "https://${var.domain}"
    # Trusts one hop's X-Forwarded-For: the load balancer's.
    TRUST_PROXY = "1"
    LOG_LEVEL   = "info"
    # Read by the collector beside it; no security group admits anyone else.
    METRICS_PORT       = tostring(local.metrics_port)
    SENTRY_ENVIRONMENT = var.environment
  }, var.settings)

  # Without it the server reports its errors nowhere.
  sentry = var.sentry_secret_arn == null ? [] : [
    { name = "SENTRY_DSN", valueFrom = "${var.sentry_secret_arn}:server::" },
    { name = "SENTRY_DSN_WEB", valueFrom = "${var.sentry_secret_arn}:web::" },
  ]

  of_role = {
    # The load balancer has deregistered it by then, so no notice. Remaining sockets move at the rate others accept.
    gateway  = { ROLE = "gateway", DRAIN_SPREAD_MS = "10000" }
    exchange = { ROLE = "exchange" }
  }
  size_of_role = {
    gateway  = { cpu = var.gateway.cpu, memory = var.gateway.memory }
    exchange = { cpu = var.exchange.cpu, memory = var.exchange.memory }
  }
}

locals {
  region             = data.aws_region.here.region
  certificates       = dirname(var.ca_file)
  bundle             = "https://truststore.pki.rds.amazonaws.com/${local.region}/${local.region}-bundle.pem"
  fetch_certificates = "fetch('${local.bundle}').then(async (r) => { if (!r.ok) throw new Error(r.statusText); require('node:fs').writeFileSync('${var.ca_file}', await r.text()) })"
  is_alive           = "fetch('http://127.0.0.1:${local.port}/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"

  registry = var.registry_secret_arn == null ? null : { credentialsParameter = var.registry_secret_arn }
  log_of_role = {
    for role in keys(local.of_role) : role => {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.server.name
        awslogs-region        = local.region
        awslogs-stream-prefix = role
        # A log that cannot be written must not block the market.
        mode            = "non-blocking"
        max-buffer-size = "8m"
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "server" {
  name              = "/valiant/${var.name}"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  # The alarms need the number of running tasks.
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_security_group" "gateway" {
  name        = "${var.name}-gateway"
  description = "Gateways"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-gateway" }
}

resource "aws_security_group" "exchange" {
  name        = "${var.name}-exchange"
  description = "Exchanges: no inbound traffic"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-exchange" }
}

locals {
  groups = {
    gateway  = aws_security_group.gateway.id
    exchange = aws_security_group.exchange.id
  }
  # Both need the same access.
  needs = {
    database = { group = var.database.security_group_id, port = 5432 }
    cache    = { group = var.cache.security_group_id, port = 6379 }
  }
  ways = {
    for pair in setproduct(keys(local.groups), keys(local.needs)) : "${pair[0]}-${pair[1]}" => {
      from = local.groups[pair[0]]
      to   = local.needs[pair[1]]
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "gateway" {
  security_group_id            = aws_security_group.gateway.id
  description                  = "The load balancer"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "needs" {
  for_each = local.ways

  security_group_id            = each.value.from
  description                  = each.key
  referenced_security_group_id = each.value.to.group
  ip_protocol                  = "tcp"
  from_port                    = each.value.to.port
  to_port                      = each.value.to.port
}

# The registry and AWS's APIs, which have no fixed addresses.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = local.groups

  security_group_id = each.value
  description       = "The registry of images, secrets, logs"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# The matching rules on the data's side.
resource "aws_vpc_security_group_ingress_rule" "data" {
  for_each = local.ways

  security_group_id            = each.value.to.group
  description                  = each.key
  referenced_security_group_id = each.value.from
  ip_protocol                  = "tcp"
  from_port                    = each.value.to.port
  to_port                      = each.value.to.port
}

resource "aws_ecs_task_definition" "server" {
  for_each = local.of_role

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.size_of_role[each.key].cpu
  memory                   = local.size_of_role[each.key].memory
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  # The previous revision may be the running one; if it were deregistered, no new task of it could start.
  skip_destroy = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  volume {
    name = "certificates"
  }

  # Deployments change the image of the container named app.
  container_definitions = jsonencode([
    {
      # Certificates of RDS are in no system's store: the image's Node fetches them from AWS before the server starts.
      name                   = "certificates"
      image                  = var.image
      essential              = false
      user                   = "0"
      command                = ["node", "-e", local.fetch_certificates]
      readonlyRootFilesystem = true
      linuxParameters        = { capabilities = { drop = ["ALL"] } }
      mountPoints            = [{ sourceVolume = "certificates", containerPath = local.certificates, readOnly = false }]
      logConfiguration       = local.log_of_role[each.key]
      repositoryCredentials  = local.registry
    },
    {
      name      = "app"
      image     = var.image
      essential = true
      dependsOn = [{ containerName = "certificates", condition = "SUCCESS" }]
      # node itself, so that it receives SIGTERM.
      command                = ["node", "server/main.ts"]
      stopTimeout            = 30
      readonlyRootFilesystem = true
      linuxParameters        = { capabilities = { drop = ["ALL"] } }
      portMappings           = [{ containerPort = local.port, protocol = "tcp" }]
      mountPoints            = [{ sourceVolume = "certificates", containerPath = local.certificates, readOnly = true }]
      environment            = [for name, value in merge(local.settings, each.value) : { name = name, value = value }]
      secrets = concat([
        { name = "DATABASE_URL", valueFrom = "${var.database.secret_arn}:url::" },
        { name = "REDIS_URL", valueFrom = "${var.cache.secret_arn}:url::" },
        { name = "AUTH_SECRET", valueFrom = aws_secretsmanager_secret.auth.arn },
      ], local.sentry)
      # Liveness. Not /readyz: the server waits for missing dependencies, and a restart would not help.
      healthCheck = {
        command     = ["CMD", "node", "-e", local.is_alive]
        interval    = 10
        timeout     = 5
        retries     = 3
        startPeriod = 300
      }
      logConfiguration      = local.log_of_role[each.key]
      repositoryCredentials = local.registry
    },
    local.collector[each.key],
  ])
}
