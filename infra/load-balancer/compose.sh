#!/bin/sh
# The load balancer of docker-compose.yml: haproxy.cfg filled in for the instances that the name "app" stands for.
set -eu
here=/usr/local/etc/valiant
servers='server-template app 1-10 app:3000 resolvers compose resolve-prefer ipv4 init-addr none'
sed -e "s|\${BIND}|${BIND:-*:8080}|" -e "s|\${SERVERS}|$servers|" "$here/haproxy.cfg" >/tmp/haproxy.cfg
exec haproxy -db -f "$here/compose-dns.cfg" -f "$here/compose-metrics.cfg" -f /tmp/haproxy.cfg
