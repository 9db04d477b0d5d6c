resource "aws_ecs_service" "gateway" {
  name                          = "gateway"
  cluster                       = aws_ecs_cluster.this.id
  task_definition               = aws_ecs_task_definition.server["gateway"].arn
  desired_count                 = var.gateway.min
  launch_type                   = "FARGATE"
  platform_version              = "1.4.0"
  availability_zone_rebalancing = "ENABLED"
  # The very first start creates the market's history, and the first gateway waits for it.
  health_check_grace_period_seconds = 300
  propagate_tags                    = "SERVICE"

  # All new gateways start beside all old ones; then the listener switches, and the old ones stay until the alarms have been
  # quiet for the bake time. An alarm that fires switches it back at once.
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

  # Deployments set the image, the scaling sets the count.
  lifecycle {
    ignore_changes = [task_definition, desired_count, load_balancer]
  }

  depends_on = [aws_iam_role_policy.turn, aws_iam_role_policy.execution]
}

# New ones first stand by; then the old ones are stopped, and the leader among them hands over. There is no green to go
# back to, because there is one market: a rollback is the same in reverse.
resource "aws_ecs_service" "exchange" {
  name             = "exchange"
  cluster          = aws_ecs_cluster.this.id
  task_definition  = aws_ecs_task_definition.server["exchange"].arn
  desired_count    = var.exchange.count
  launch_type      = "FARGATE"
  platform_version = "1.4.0"
  # Leader and standby are in two zones.
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

# Half of a core: a gateway is one thread, and its frames are late long before the thread is saturated.
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

# The average of the gateways' own metric. Clients only move when they reconnect, so a new gateway fills slowly: the target
# is well below a gateway's capacity.
resource "aws_appautoscaling_policy" "sockets" {
  name               = "sockets"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.gateway.service_namespace
  scalable_dimension = aws_appautoscaling_target.gateway.scalable_dimension
  resource_id        = aws_appautoscaling_target.gateway.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.sockets_per_gateway
    scale_out_cooldown = 60
    # Each scale-in moves a gateway's sockets to others, so scale in rarely.
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
