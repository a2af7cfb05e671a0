/** The device store in a database: SQLite, in a schema and SQL that PostgreSQL understands as well. */
@NullMarked
package io.provisioningbridge.adapter.jdbc;

import org.jspecify.annotations.NullMarked;
