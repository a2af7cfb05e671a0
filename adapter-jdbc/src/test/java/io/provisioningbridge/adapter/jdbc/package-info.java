@NullMarked
package io.provisioningbridge.adapter.jdbc;

import org.jspecify.annotations.NullMarked;
