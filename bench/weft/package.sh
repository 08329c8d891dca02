#!/usr/bin/env bash
# Writes a package with the measured entities: one schema several times, as in
# ../pocketbase/pb_migrations, and a role that may do everything with them.
# usage: package.sh FOLDER
set -euo pipefail
out=$1
mkdir -p "$out/entities" "$out/roles"
choices() { # words → choice objects
  local first=1
  for k in $1; do
    [ $first = 1 ] || printf ','
    printf '{"key":"%s","title":{"zh-CN":"%s","en":"%s"}}' "$k" "$k" "$k"
    first=0
  done
}
title() { printf '{"zh-CN":"%s","en":"%s"}' "$1" "$1"; }
regions="north northeast northwest redriver northcentral southcentral highlands southeast mekong hanoi hcmc danang haiphong cantho export other"
industries="retail logistics software food textile health education construction"
sources="web referral event ads cold partner"
stages="new contacted qualified proposal negotiation won lost nurture"
tags="vip hot cold export b2b b2c renewal trial enterprise smb"
for name in leads leads10k leads100k leads1m leads_bulk; do
  cat > "$out/entities/$name.json" <<JSON
{"kind":"entity","key":"$name","type":"object","x-title":$(title $name),
 "required":["name","phone","company","region","industry","source","stage"],
 "x-title-field":"name",
 "x-indexes":[{"fields":["stage","-created"]}],
 "properties":{
  "name":{"x-type":"text","x-title":$(title name),"maxLength":120},
  "phone":{"x-type":"text","x-title":$(title phone),"pattern":"^\\\\+[0-9]{8,15}$"},
  "company":{"x-type":"text","x-title":$(title company),"maxLength":200,"x-searchable":true},
  "region":{"x-type":"choice","x-title":$(title region),"x-choices":[$(choices "$regions")]},
  "industry":{"x-type":"choice","x-title":$(title industry),"x-choices":[$(choices "$industries")]},
  "source":{"x-type":"choice","x-title":$(title source),"x-choices":[$(choices "$sources")]},
  "stage":{"x-type":"choice","x-title":$(title stage),"x-choices":[$(choices "$stages")]},
  "owner":{"x-type":"text","x-title":$(title owner),"maxLength":60},
  "score":{"x-type":"number","x-title":$(title score),"minimum":0,"maximum":100},
  "created":{"x-type":"datetime","x-title":$(title created)},
  "note":{"x-type":"long_text","x-title":$(title note),"maxLength":2000},
  "tags":{"x-type":"multi_choice","x-title":$(title tags),"x-choices":[$(choices "$tags")]}
 }}
JSON
done
grants=""
for name in leads leads10k leads100k leads1m leads_bulk; do
  grants="$grants${grants:+,}{\"entity\":\"$name\",\"operations\":[\"create\",\"read\",\"update\",\"delete\",\"import\"],\"scopes\":[{\"type\":\"all\"}],\"read\":{\"all\":true},\"write\":{\"all\":true}}"
done
printf '{"kind":"role","key":"bench","title":%s,"grants":[%s]}\n' "$(title bench)" "$grants" > "$out/roles/bench.json"
printf '{"kind":"template","key":"bench","version":"1.0.0","title":%s,"description":%s}\n' "$(title bench)" "$(title bench)" > "$out/template.json"
printf '# bench\n\nThe entities that the benchmark measures.\n' > "$out/README.md"
