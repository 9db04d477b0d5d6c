# Outbound access of the tasks, to the image registry and AWS's APIs (secrets, logs). No inbound traffic. One per zone, so
# that no zone depends on another; staging shares one.

locals {
  nat_zones = slice(local.zones, 0, var.nat_zones)
  # Maps each zone to the zone whose NAT gateway it uses.
  way_out = { for index, zone in local.zones : zone => local.nat_zones[min(index, var.nat_zones - 1)] }
}

resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)

  domain = "vpc"
  tags   = { Name = "${var.name}-nat-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = { Name = "${var.name}-${each.key}" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "app" {
  for_each = aws_subnet.app

  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-app-${each.key}" }
}

resource "aws_route" "nat" {
  for_each = local.way_out

  route_table_id         = aws_route_table.app[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.value].id
}

resource "aws_route_table_association" "app" {
  for_each = aws_subnet.app

  subnet_id      = each.value.id
  route_table_id = aws_route_table.app[each.key].id
}
