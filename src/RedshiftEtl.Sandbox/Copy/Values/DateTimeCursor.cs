namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Reads the parts of a date or time from left to right.</summary>
internal ref struct DateTimeCursor(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Whether everything was read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The next byte, or 0 at the end.</summary>
    public readonly byte Next => _rest.IsEmpty ? (byte)0 : _rest[0];

    /// <summary>Takes that byte if it comes next.</summary>
    public bool Take(byte expected)
    {
        if (Next != expected || _rest.IsEmpty)
            return false;
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Takes blanks; false if there's none.</summary>
    public bool TakeBlanks()
    {
        int length = _rest.Length;
        _rest = _rest.TrimStart((byte)' ');
        return _rest.Length < length;
    }

    /// <summary>Takes as many digits as there are, if that number is in the range.</summary>
    public bool TakeDigits(int least, int most, out int value)
    {
        value = 0;
        int count = 0;
        while (count < most && count < _rest.Length && _rest[count] is >= (byte)'0' and <= (byte)'9')
            value = (value * 10) + _rest[count++] - '0';
        if (count < least)
            return false;
        _rest = _rest[count..];
        return true;
    }

    /// <summary>Takes '.' and 1 to 6 digits as microseconds if a '.' comes next; more digits are refused rather than cut or rounded.</summary>
    public bool TakeFraction(out int micros)
    {
        micros = 0;
        if (!Take((byte)'.'))
            return true;
        int before = _rest.Length;
        if (!TakeDigits(1, 6, out micros) || Next is >= (byte)'0' and <= (byte)'9')
            return false;
        for (int digits = before - _rest.Length; digits < 6; digits++)
            micros *= 10;
        return true;
    }

    /// <summary>Takes letters; empty if there are none.</summary>
    public ReadOnlySpan<byte> TakeLetters()
    {
        int count = 0;
        while (count < _rest.Length && (_rest[count] | 0x20) is >= 'a' and <= 'z')
            count++;
        ReadOnlySpan<byte> letters = _rest[..count];
        _rest = _rest[count..];
        return letters;
    }

    /// <summary>Takes YYYY-MM-DD.</summary>
    public bool TakeIsoDate(ref Instant instant)
    {
        if (!TakeDigits(4, 4, out int year) || !Take((byte)'-') || !TakeDigits(2, 2, out int month) || !Take((byte)'-') || !TakeDigits(2, 2, out int day))
            return false;
        (instant.Year, instant.Month, instant.Day) = (year, month, day);
        return year > 0 && instant.HasValidDate;
    }

    /// <summary>Takes HH:MM:SS[.ffffff].</summary>
    public bool TakeIsoTime(ref Instant instant)
    {
        if (!TakeDigits(2, 2, out int hour) || !Take((byte)':') || !TakeDigits(2, 2, out int minute) || !Take((byte)':')
            || !TakeDigits(2, 2, out int second) || !TakeFraction(out int micros))
            return false;
        (instant.Hour, instant.Minute, instant.Second, instant.Micro) = (hour, minute, second, micros);
        return instant.HasValidTime;
    }

    /// <summary>Takes +HH, and with <paramref name="minutes"/> also +HH:MM and +HHMM.</summary>
    public bool TakeOffset(bool minutes, ref Instant instant)
    {
        bool west = Next == (byte)'-';
        if (!west && Next != (byte)'+')
            return false;
        _rest = _rest[1..];
        int minute = 0;
        if (!TakeDigits(2, 2, out int hour) || hour > 15)
            return false;
        if (minutes && (Take((byte)':') || Next is >= (byte)'0' and <= (byte)'9') && (!TakeDigits(2, 2, out minute) || minute > 59))
            return false;
        instant.Offset = (west ? -1 : 1) * ((hour * 3600) + (minute * 60));
        return true;
    }
}
