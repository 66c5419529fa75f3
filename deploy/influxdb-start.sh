#!/bin/sh
# influxdb-start.sh ENGINE COMMAND...: closes each shard's write-ahead log, then becomes COMMAND, which starts influxd.
#
# InfluxDB (2.9.1) goes on writing to the last log that it finds. Where the process died in the middle of a write, it cuts the torn
# end off but writes on behind it; the hole ends the log when it is read again, so that a second death loses what was acknowledged
# in between. An empty log after the last one makes it begin a new one (docs/adr/0025).
set -eu
engine=$1
shift
for folder in "$engine"/wal/*/*/*/; do
  last=$(find "$folder" -name '_*.wal' 2>/dev/null | sort | tail -n 1)
  if [ -s "$last" ]; then
    number=${last##*/_}
    : > "$folder$(printf '_%05d.wal' "$(expr "${number%.wal}" + 1)")"
  fi
done
exec "$@"
