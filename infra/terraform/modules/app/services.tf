resource "aws_ecs_service" "gateway" {
  name                          = "gateway"
  cluster                       = aws_ecs_cluster.this.id
  task_definition               = aws_ecs_task_definition.server["gateway"].arn
  desired_count                 = var.gateway.min
  launch_type                   = "FARGATE"
  platform_version              = "1.4.0"
  availability_zone_rebalancing = "ENABLED"
  # The first start of all makes the market's history, and the first gateway waits for it.
  health_check_grace_period_seconds = 300
  propagate_tags                    = "SERVICE"

  # All new gateways beside all old ones; then the listener turns, and the old ones stay until the alarms have been quiet for
  # the time of baking. One that fires turns it back at once.
  deployment_configuration {
    strategy             = "BLUE_GREEN"
    bake_time_in_minutes = var.bake_minutes
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  alarms {
    enable      = true
    rollback    = true
    alarm_names = [for alarm in aws_cloudwatch_metric_alarm.deployment : alarm.alarm_name]
  }

  network_configuration {
    subnets          = var.app_subnet_ids
    security_groups  = [aws_security_group.gateway.id]
    assign_public_ip = false
  }

  load_balancer {
    container_name   = "app"
    container_port   = local.port
    target_group_arn = aws_lb_target_group.gateway["blue"].arn

    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.gateway["green"].arn
      production_listener_rule   = aws_lb_listener_rule.production.arn
      role_arn                   = aws_iam_role.turn.arn
    }
  }

  # Deployments bring images, the scaling says how many.
  lifecycle {
    ignore_changes = [task_definition, desired_count, load_balancer]
  }

  depends_on = [aws_iam_role_policy.turn, aws_iam_role_policy.execution]
}

# New ones first stand by; then the old ones are stopped, and the leader among them hands over as it goes. There is no
# green to go back to, since there is one market: a roll-back is the same in the other direction.
resource "aws_ecs_service" "exchange" {
  name             = "exchange"
  cluster          = aws_ecs_cluster.this.id
  task_definition  = aws_ecs_task_definition.server["exchange"].arn
  desired_count    = var.exchange.count
  launch_type      = "FARGATE"
  platform_version = "1.4.0"
  # Leader and standby in two zones.
  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  alarms {
    enable      = true
    rollback    = true
    alarm_names = [for alarm in aws_cloudwatch_metric_alarm.deployment : alarm.alarm_name]
  }

  network_configuration {
    subnets          = var.app_subnet_ids
    security_groups  = [aws_security_group.exchange.id]
    assign_public_ip = false
  }

  lifecycle {
    ignore_changes = [task_definition]
  }

  depends_on = [aws_iam_role_policy.execution]
}

resource "aws_appautoscaling_target" "gateway" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.gateway.name}"
  min_capacity       = var.gateway.min
  max_capacity       = var.gateway.max
}

# Half of a core: a gateway is one thread, and what it sends is late long before the thread is full.
resource "aws_appautoscaling_policy" "cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.gateway.service_namespace
  scalable_dimension = aws_appautoscaling_target.gateway.scalable_dimension
  resource_id        = aws_appautoscaling_target.gateway.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 50
    scale_out_cooldown = 60
    scale_in_cooldown  = 900

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

# What each gateway says of itself, on average. Its clients come from elsewhere only when they connect, so that a new one
# fills slowly: the target is well below what one can carry.
resource "aws_appautoscaling_policy" "sockets" {
  name               = "sockets"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.gateway.service_namespace
  scalable_dimension = aws_appautoscaling_target.gateway.scalable_dimension
  resource_id        = aws_appautoscaling_target.gateway.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.sockets_per_gateway
    scale_out_cooldown = 60
    # Each scaling in sends a gateway's sockets to others: seldom.
    scale_in_cooldown = 900

    customized_metric_specification {
      namespace   = var.name
      metric_name = "valiant_sockets"
      statistic   = "Average"

      dimensions {
        name  = "role"
        value = "gateway"
      }
    }
  }
}
