using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace RedshiftEtl.Host;

/// <summary>Asks the user, on a terminal only: a scheduler's script that asks would else wait for ever, or take an empty answer for one.</summary>
/// <param name="terminal">Where questions are written: to the error stream, so that redirected output holds only output.</param>
/// <param name="input">Where answers come from.</param>
/// <param name="interactive">Whether asking is allowed at all.</param>
internal sealed class ConsolePrompt(Terminal terminal, ConsoleInput input, bool interactive)
{
    /// <summary>Reads a line; from a redirected input too, where it is data rather than an answer.</summary>
    /// <returns>The line; empty at the end of the input.</returns>
    public string ReadLine() => input.ReadLine() ?? "";

    /// <summary>Reads a line that isn't shown.</summary>
    /// <param name="question">What to show before it; empty when the caller has done that.</param>
    public SecureString ReadSecret(string question = "")
    {
        RequireUser("a secret");
        input.HideTyping();
        terminal.WriteError(question);
        var secret = new SecureString();
        while (true)
        {
            var key = input.ReadKey();
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    terminal.WriteErrorLine("");
                    secret.MakeReadOnly();
                    return secret;
                case ConsoleKey.Backspace when secret.Length > 0:
                    secret.RemoveAt(secret.Length - 1);
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                        secret.AppendChar(key.KeyChar);
                    break;
            }
        }
    }

    /// <summary>Asks for values, as for mandatory parameters that weren't given.</summary>
    /// <param name="caption">The headline.</param>
    /// <param name="message">What it is about.</param>
    /// <param name="fields">What to ask for.</param>
    public Dictionary<string, PSObject> AskFields(string caption, string message, Collection<FieldDescription> fields)
    {
        RequireUser(string.Join(", ", fields.Select(field => field.Name)));
        Introduce(caption, message);
        return fields.ToDictionary(field => field.Name, field => PSObject.AsPSObject(AskField(field)));
    }

    /// <summary>Asks for one of several choices.</summary>
    /// <param name="caption">The headline.</param>
    /// <param name="message">What it is about.</param>
    /// <param name="choices">The choices; an ampersand in the label marks its key.</param>
    /// <param name="defaultChoice">What an empty answer means; -1 for nothing.</param>
    /// <returns>The index of the choice.</returns>
    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireUser(string.IsNullOrEmpty(message) ? "a choice" : message);
        Introduce(caption, message);
        var labels = choices.Select(choice => choice.Label.Replace("&", "", StringComparison.Ordinal)).ToList();
        var keys = choices.Select(Key).ToList();
        while (true)
        {
            var offer = labels.Zip(keys, (label, key) => key.Length > 0 ? $"[{key}] {label}" : label);
            var standard = defaultChoice < 0 ? "" : $" (default is \"{(keys[defaultChoice].Length > 0 ? keys[defaultChoice] : labels[defaultChoice])}\")";
            terminal.WriteError($"{string.Join("  ", offer)}  [?] Help{standard}: ");
            var answer = (input.ReadLine() ?? throw NoUser(message)).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            var index = keys.FindIndex(key => key.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
                index = labels.FindIndex(label => label.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (index >= 0 && answer.Length > 0)
                return index;
            if (answer == "?")
            {
                foreach (var (label, choice) in labels.Zip(choices))
                    terminal.WriteErrorLine($"{label} - {choice.HelpMessage}");
            }
        }
    }

    /// <summary>Asks for a user's name and password.</summary>
    /// <param name="caption">The headline.</param>
    /// <param name="message">What it is about.</param>
    /// <param name="userName">The name, if it is known already.</param>
    public PSCredential AskCredential(string caption, string message, string? userName)
    {
        RequireUser("a user name and a password");
        Introduce(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            terminal.WriteError("User: ");
            userName = input.ReadLine() ?? throw NoUser("a user name");
        }

        return new PSCredential(userName, ReadSecret($"Password for user {userName}: "));
    }

    private object AskField(FieldDescription field)
    {
        var type = Type.GetType(field.ParameterAssemblyFullName) ?? (LanguagePrimitives.TryConvertTo<Type>(field.ParameterTypeFullName, out var named) ? named : typeof(string));
        if (type == typeof(PSCredential))
            return AskCredential("", "", null);
        if (typeof(System.Collections.IList).IsAssignableFrom(type))
            return LanguagePrimitives.ConvertTo(AskList(field.Name), type, CultureInfo.CurrentCulture);
        while (true)
        {
            var question = $"{field.Name}: ";
            if (type == typeof(SecureString))
                return ReadSecret(question);
            terminal.WriteError(question);
            var answer = input.ReadLine() ?? throw NoUser(field.Name);
            if (LanguagePrimitives.TryConvertTo(answer, type, CultureInfo.CurrentCulture, out var value))
                return value;
            terminal.WriteErrorLine($"'{answer}' cannot be used as a {type.Name}.");
        }
    }

    private List<string> AskList(string name)
    {
        var items = new List<string>();
        while (true)
        {
            terminal.WriteError(string.Create(CultureInfo.InvariantCulture, $"{name}[{items.Count}]: "));
            var item = input.ReadLine() ?? throw NoUser(name);
            if (item.Length == 0)
                return items;
            items.Add(item);
        }
    }

    private void Introduce(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
            terminal.WriteErrorLine(caption);
        if (!string.IsNullOrEmpty(message))
            terminal.WriteErrorLine(message);
    }

    private static string Key(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label.Substring(mark + 1, 1).ToUpperInvariant() : "";
    }

    private void RequireUser(string what)
    {
        if (!interactive)
            throw NoUser(what);
    }

    private static HostException NoUser(string what) =>
        new($"Nobody is there to answer: {what.TrimEnd('?', '.', ':', ' ')}. The input is not a terminal, or -NonInteractive was given. Give values as parameters, and -Confirm:$false where a change is asked about.");
}
